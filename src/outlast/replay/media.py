"""Pictures, sound and files inside a request.

It knows where OpenAI's dialect has them. It does not look into them: what they show of people, nothing here can tell.
"""

from outlast.replay.sources.shape import Json, Object, members, objects, words


def has_media(request: Object) -> bool:
    """Whether a request carries data that is no text; a picture's address on the web is not its data."""
    places = ("content", "images")  # what a model painted stands beside its words
    turns = objects(request.get("messages"))
    return any(is_media(part) for turn in turns for place in places for part in objects(turn.get(place)))


def is_media(part: Json) -> bool:
    """Whether one part of a message's content is such data."""
    found = members(part)
    match found.get("type"):
        case "image_url":
            picture = found.get("image_url")
            address = words(picture if isinstance(picture, str) else members(picture).get("url"))
            return address.lstrip()[:5].lower() == "data:"
        case "input_audio" | "video_url" | "input_video":
            return True
        case "file":
            return "file_data" in members(found.get("file"))
    return False
