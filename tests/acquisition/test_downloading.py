"""A pack comes from the hub whole and right, whatever the connection does."""

from __future__ import annotations
from tests.acquisition.conftest import Place, WEIGHTS
from tests.acquisition.hub_server import Fault, HubServer

def test_a_pack_is_downloaded(hub: HubServer, place: Place):
    steps = place.download()
    assert place.is_installed()
    for s in steps: print(s)
    for r in hub.requests(): print(r)
