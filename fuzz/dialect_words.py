"""What conversations, streams, forms and queries are made of, in every dialect."""

# ruff: noqa: E501 - words of several formats read best as rows
CALL_WORDS = (
    b'"model":"m"', b'"messages":[', b'"contents":[', b'"input":[', b'"prompt":"', b'{"role":"user","content":"a"}', b'"role":"assistant"',
    b'{"role":"user","parts":[{"text":"a"}]}', b'"type":"text"', b'"type":"image_url"', b'"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]',
    b'{"type":"tool_use","id":"c","name":"f","input":{}}', b'{"type":"tool_result","tool_use_id":"c","content":', b'{"functionCall":{"name":"f","args":{}}}',
    b'{"functionResponse":{"name":"f","response":{}}}', b'{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}',
    b'"thoughtSignature":"', b"b3V0bGFzdC1wYXJ0", b'"x_outlast":{"parts":[{"index":0,"type":"text","chars":1}]}', b'"extra":{"gemini:model":1,"anthropic:model":1}',
    b'"encrypted_content":"outlast:', b'"signature":"outlast:', b'"generationConfig":{', b'"generation_config":{', b'"thinkingConfig":{"thinkingBudget":-1}',
    b'"tools":[{"type":"function","function":{"name":"f","parameters":{', b'"tool_choice":', b'"response_format":{"type":"json_schema","json_schema":{"schema":',
    b'"reasoning":{', b'"stream":true', b'"stream_options":{', b'"max_tokens":', b'"temperature":', b'"stop":["a"]', b'"model.x":1', b'"generationConfig.topK":1',
    b'"cache_control":{"type":"ephemeral"}', b'"previous_response_id":"resp_1"', b"null", b"{}", b"[]", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\u0000",
    b"data:image/png;base64,AAAA", b"99999999999999999999", b"\xc3\xa9", b"-0.0", b"1e300",
)  # fmt: skip
REPLY_WORDS = (
    *CALL_WORDS[4:22], b'"choices":[{"index":0,"message":{', b'"content":[{"type":"text","text":"a"}]', b'"candidates":[{"content":{"parts":[', b'"output":[{"type":"message","content":[',
    b'"usage":{"prompt_tokens":1,"completion_tokens":2}', b'"usageMetadata":{"promptTokenCount":1}', b'"usage":{"input_tokens":1,"output_tokens":2}', b'"stop_reason":"end_turn"',
    b'"finish_reason":"stop"', b'"finishReason":"STOP"', b'"status":"completed"', b'"error":{"message":"x","type":"y","code":', b'"error":{"code":429,"status":"', b'"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":1},"groundingChunkIndices":[0]}]}',
    b'"citations":[{"type":"char_location","cited_text":"a"}]', b'"annotations":[{"type":"url_citation","url_citation":{"url":"u","start_index":0}}]', b'"logprobs":{"content":[{"token":"a","logprob":-1}]}',
    b'"created":1', b'"created_at":1.5', b'"created":99999999999999999999', b'"createTime":"2026-01-01T00:00:00Z"', b"null", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\xff", b"-1", b"1e308",
)  # fmt: skip
EVENT_WORDS = (
    *REPLY_WORDS[18:], b"data: ", b"event: ", b"\n\n", b"\r\n\r\n", b"\n", b"data: [DONE]\n\n", b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
    b'data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}\n\n', b'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
    b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}\n\n', b'data: {"type":"content_block_stop","index":0}\n\n', b'data: {"type":"message_stop"}\n\n',
    b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\n', b'data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"}\n\n',
    b'data: {"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f"}}\n\n', b'data: {"type":"response.completed","response":{"id":"r","output":[]}}\n\n',
    b'data: {"type":"response.output_item.done","output_index":1,"item":{', b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n', b'"index":1', b'"index":-1', b'"choice":1', b'"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}',
    b'"delta":{"reasoning_content":"t"}', b'"delta":{"audio":{"data":"AAAA","transcript":"t"}}', b'"signature":"s"',
)  # fmt: skip
FORM_WORDS = (
    b"--x\r\n", b"--x--\r\n", b"\r\n--x", b"\r\n\r\n", b"\r\n", b"\n", b"content-disposition: form-data; ", b'name="model"', b"name=model", b"name*=utf-8''model",
    b'name="stream"', b'name="file"; filename="a.wav"', b"; ", b'"', b"\\", b"whisper-1", b"true", b"--", b"content-type: text/plain", b" ", b"\t", b"=", b'{"model":"m"}', b"preamble",
)  # fmt: skip
QUERY_WORDS = (
    b"key=",
    b"&",
    b";",
    b"=",
    b"%0d%0a",
    b"%00",
    b"%ff",
    b"alt=sse",
    b"$key=",
    b"+",
    b"%3D",
    b"key",
    b"ol-abc",
    b"\xe9",
)
PAGE_WORDS = (
    b"limit=1", b"&", b"order=asc", b"after=msg_1_0", b"\n", b'[{"type":"message","role":"user","content":"a"}', b"]", b'{"id":"msg_1"}', b'{"type":"reasoning","encrypted_content":"s"}', b",",
    b"1", b'"a"', b"null", b'"content":', b"%", b"limit=0", b"=", b'{"type":1}', b"[",
)  # fmt: skip
