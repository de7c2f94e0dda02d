from dataclasses import dataclass
import msgspec
from outlast.errors import *
@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    headers: tuple
    body: bytes
T={MalformedRequest:400,RequestTooLarge:413,RequestTooSlow:408,NoSuchRoute:404,MethodNotAllowed:405,ModelNotFound:404}
def refusal(error, *, request_id):
    return Refusal(T.get(type(error),500),(("content-type","application/json"),),msgspec.json.encode({"error":{"message":str(error),"type":"invalid_request_error","param":None,"code":error.code}}))
