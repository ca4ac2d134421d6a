"""What any client says about one call."""
import dataclasses


@dataclasses.dataclass
class Answer:
    """`error` is the class of the exception that the client raised, so that
    an error it could not tell is not mistaken for one it could."""
    status: int
    request_id: str
    members: dict = dataclasses.field(default_factory=dict)
    error: str = "ok"
    message: str = ""
    raw: dict | None = None     # the body as it came, where it can be had
    elapsed_ms: float = 0

    def member(self, path):
        """`A.B.0.C`; KeyError when it is not there."""
        value = self.members
        for name in path.split("."):
            try:
                value = value[int(name) if name.isdigit() else name]
            except (IndexError, TypeError) as error:
                raise KeyError(path) from error
        return value
