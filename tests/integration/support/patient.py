"""A client of chimed that does not give up: for services that refuse, fail,
cut and answer nonsense on purpose. Repeats are safe for reads, and for what
has a token."""
import http.client
import time

from . import chime_api

PASSING = (429, 500, 503)


class PatientApi(chime_api.ChimeApi):
    def call(self, method, *args, **more):
        deadline = time.monotonic() + 30
        while True:
            try:
                answer = super().call(method, *args, **more)
                if answer or method == "DELETE":
                    return answer
                problem = AssertionError("an answer without a body")
            except chime_api.ChimeError as error:
                if error.status not in PASSING:
                    raise
                problem = error
            except (http.client.HTTPException, OSError, ValueError) as error:
                self._connection = None
                problem = error
            if time.monotonic() > deadline:
                raise problem
            time.sleep(0.05)
