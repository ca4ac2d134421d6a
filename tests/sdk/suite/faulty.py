"""Arguments that break one rule of the contract each, made from it."""
import re

# One of these breaks each pattern that can be broken.
ODD = ("a\nb", "a b", "  ", "arn", "/")
# Tokens that are left out are made up by the clients. The bearer has cases
# of its own. There are no elastic channels, so nobody reads SubChannelId.
SKIPPED = {("ClientRequestToken", "missing"), ("ChimeBearer", "short"),
           ("ChimeBearer", "long"), ("ChimeBearer", "odd"),
           ("SubChannelId", "short"), ("SubChannelId", "long"),
           ("SubChannelId", "odd")}


def python_pattern(pattern):
    """The one pattern that Python reads otherwise: names of channels."""
    return "[^\x00-\x08\x0b\x0c\x0e-\x1f\U00010000-\U0010ffff]*" \
        if "10FFFF" in pattern else pattern


def spoilt(field, usual):
    """(what is wrong, value) for a field whose right value is `usual`."""
    rules, kind = field.rules, field.rules.get("type")
    if field.required and field.where != "uri":
        yield "missing", None
    if "enum" in rules:
        yield "other", "OTHER"
    elif kind == "integer":
        yield "low", int(rules["min"]) - 1
        yield "high", int(rules["max"]) + 1
    elif kind == "list":
        yield "short", []
        yield "long", [usual[0]] * (int(rules["max"]) + 1)
    elif kind == "string":
        if int(rules.get("min", 0)) > 0 and field.where != "uri":
            yield "short", ""
        if "max" in rules:
            yield "long", usual + "x" * (int(rules["max"]) + 1 - len(usual))
        pattern = python_pattern(rules.get("pattern", r"[\s\S]*"))
        for odd in ODD:
            if not re.fullmatch(pattern, odd):
                yield "odd", odd
                break


def inside(members, path):
    """The holder of the field's value and its key there."""
    *way, last = path.replace("[]", ".0").split(".")
    for name in way:
        members = members[int(name) if name.isdigit() else name]
    return members, int(last) if last.isdigit() else last


def arguments(operation, usual):
    """(label, arguments) of everything that must answer 400; `usual` makes a
    new set of right ones."""
    for field in operation.request:
        place, key = inside(usual(), field.name)
        value = place[key] if not isinstance(place, dict) \
            else place.get(key, "x")
        for what, odd in spoilt(field, value):
            if (field.name, what) in SKIPPED:
                continue
            members = usual()
            place, key = inside(members, field.name)
            if odd is None:
                del place[key]
            else:
                place[key] = odd
            yield f"{field.name} {what}", members
