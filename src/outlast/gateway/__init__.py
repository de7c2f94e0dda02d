"""The request path: caller, plan, attempt, stream, meter. Values and protocols only; no sockets."""
