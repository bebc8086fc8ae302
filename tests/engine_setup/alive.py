"""A program that stays until it is ended, and how a test sees that, without waiting or guessing."""

import socket

STAYS = """
import os, signal, socket
alive = socket.create_connection(("127.0.0.1", int(os.environ["STAYS"])))
signal.pause()
"""
PATIENCE_SECONDS = 60
"""With a program that never comes or goes: a failure instead of a test that hangs."""


class Alive:
    """Where such programs report. Each holds its connection while it lives."""

    def __init__(self, listening: socket.socket) -> None:
        listening.settimeout(PATIENCE_SECONDS)
        self._listening = listening

    def is_up(self) -> socket.socket:
        connection, _ = self._listening.accept()
        connection.settimeout(PATIENCE_SECONDS)
        return connection


def is_gone(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
