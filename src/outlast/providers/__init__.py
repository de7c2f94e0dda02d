"""Adapters that call upstreams: OpenAI's dialect over HTTP, and two built in, recorded and scripted."""
