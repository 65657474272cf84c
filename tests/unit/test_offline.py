"""Nothing in a process of Lectern's may open a network socket."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import urllib.error
import urllib.request

import pytest

from desktop_app.offline import NetworkRefused

# conftest.py has called refuse_network() for the whole test run.


def test_connecting_to_an_address_is_refused():
    with socket.socket(socket.AF_INET) as plug, pytest.raises(NetworkRefused):
        plug.connect(("127.0.0.1", 9))


def test_looking_up_a_name_is_refused():
    with pytest.raises(NetworkRefused):
        socket.getaddrinfo("example.org", 443)


def test_listening_on_a_port_is_refused():
    with socket.socket(socket.AF_INET) as plug, pytest.raises(NetworkRefused):
        plug.bind(("127.0.0.1", 0))


def test_sending_a_datagram_is_refused():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug, pytest.raises(NetworkRefused):
        plug.sendto(b"hello", ("127.0.0.1", 9))


def test_a_web_request_is_refused():
    with pytest.raises((NetworkRefused, urllib.error.URLError)):
        urllib.request.urlopen("http://127.0.0.1:9/")


def test_pipes_and_local_sockets_still_work():
    here, there = multiprocessing.Pipe()
    here.send("hello")
    assert there.recv() == "hello"
    here.close()
    there.close()
    asyncio.new_event_loop().close()
