"""A chimed with a past, which is well until it is made ill."""
from support.chime_api import ChimeApi
from support.chimed import Chimed

from .cases import USUAL, Case
from .scene import Scene, Town, Words


class Ill:
    def __init__(self, folder):
        self._server = Chimed(folder, options=("--sync", "off"))
        self._server.start()
        self._argv = list(self._server.argv)
        self.place = Scene(Town(self._server.port))
        words = Words(self.place)
        self.arguments = {name: words.resolve(Case(name).arguments())
                          for name in USUAL}

    def become(self, *options, env=None):
        """Started again with these; the endpoint."""
        self.stop()
        self._server.env.update(env or {})
        self._server.argv = [*self._argv, *map(str, options)]
        return self._server.start().endpoint

    def contents(self):
        api = ChimeApi(self._server.port)
        return [message["Content"] for message in api.messages(
            self.place.channel, self.place.users["owner"])]

    def stop(self):
        assert self._server.stop() == 0, self._server.log()[-4000:]
