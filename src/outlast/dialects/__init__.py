"""Wire formats: the top level of a request body, server-sent events, OpenAI's shapes, parameter adaptation."""
