"""A TCP proxy on loopback that can misbehave: delays, cuts, holes."""
import select
import socket
import threading

from .process import free_port


class Proxy:
    """Forwards to 127.0.0.1:target. `hold` swallows nothing but forwards
    nothing either; `cut()` resets every open connection; `refuse` closes new
    ones at once; `cut_after` closes a connection after so many bytes from
    the target."""

    def __init__(self, target, port=None):
        self.target, self.port = target, port or free_port()
        self.hold = self.refuse = False
        self.cut_after = None
        self.accepted = 0
        self._pairs, self._lock = [], threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._stop = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while not self._stop:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.refuse:
                self._reset(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                self._reset(near)
                continue
            for sock in (near, far):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((near, far))
            threading.Thread(target=self._forward, args=(near, far),
                             daemon=True).start()

    def _forward(self, near, far):
        seen = 0
        try:
            while not self._stop:
                ready, _, _ = select.select([near, far], [], [], 0.05)
                if self.hold:
                    continue
                for sock in ready:
                    data = sock.recv(65536)
                    if not data:
                        return
                    other = far if sock is near else near
                    if sock is far and self.cut_after is not None:
                        data = data[:max(0, self.cut_after - seen)]
                        seen += len(data)
                    other.sendall(data)
                    if self.cut_after is not None and \
                            seen >= self.cut_after:
                        return
        except (OSError, ValueError):
            pass
        finally:
            self._reset(near)
            self._reset(far)

    @staticmethod
    def _reset(sock):
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            b"\x01\0\0\0\0\0\0\0")
            sock.close()
        except OSError:
            pass

    def cut(self):
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for near, far in pairs:
            self._reset(near)
            self._reset(far)

    def close(self):
        self._stop = True
        self._listener.close()
        self.cut()
        self._thread.join(5)
