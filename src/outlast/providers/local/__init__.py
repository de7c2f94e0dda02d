"""The ``local`` kind: the local engine behind OpenAI's chat completions, transcriptions and speech, in this process."""
