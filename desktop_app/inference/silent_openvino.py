"""OpenVINO, imported so that it reports nothing to its maker.

``import openvino`` sends a usage event where the package ``openvino_telemetry`` is there
(``openvino/tools/ovc/__init__.py``). None in its place makes importing that package fail,
and OpenVINO then takes its own stub. Every import of OpenVINO goes through this module.
"""

from __future__ import annotations

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None means: refuse

import openvino as ov  # noqa: E402 - must come after the line above
import openvino.opset13 as op  # noqa: E402 - must come after the line above

__all__ = ["op", "ov"]
