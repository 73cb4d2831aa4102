"""Shapes of constituencies out of GeoJSON (RFC 7946), as paths in degrees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from voterlist import strict_json
from voterlist.model import frozen
from voterlist.report.values import Text

Ring = list[tuple[float, float]]
"""(to the east, to the south), in degrees of latitude."""
_NARROW = math.cos(math.radians(40.4))
"""How much narrower a degree to the east is than one to the south, in the middle of the country."""


@frozen
class Shapes:
    """What files of shapes give.

    Attributes:
        rings: by the number of the constituency.
        troubles: what did not fit, and where.
    """

    rings: Mapping[int, list[Ring]]
    troubles: tuple[Text, ...] = ()

    @property
    def box(self) -> list[float]:
        """Where the rings begin in the west and in the north, how wide and how high they are."""
        points = np.concatenate(
            [ring for rings in self.rings.values() for ring in rings]
        )
        corner = points.min(axis=0)
        return [*corner.tolist(), *(points.max(axis=0) - corner).tolist()]


def shapes_of(files: Mapping[str, bytes | None]) -> Shapes:
    """The shapes in these files, by their names; what cannot be used is told and not raised.

    A feature has its number in the property ``constituency``, and degrees of longitude and
    latitude. None stands for a file that cannot be read.
    """
    rings: dict[int, list[Ring]] = {}
    troubles = []
    for file, content in files.items():
        try:
            features = list(strict_json.loads(content or b"")["features"])
        except (ValueError, TypeError, LookupError):
            troubles.append(Text("nation.map.no-geojson", (("file", file),)))
            continue
        for place, feature in enumerate(features, start=1):
            try:
                own = list(_rings(feature["geometry"]))
                number = int(feature["properties"]["constituency"])
            except (ValueError, TypeError, LookupError):
                where = (("file", file), ("feature", place))
                troubles.append(Text("nation.map.no-shape", where))
            else:
                rings.setdefault(number, []).extend(own)
    rings = {number: own for number, own in rings.items() if own}
    return Shapes(rings, tuple(troubles))


def _rings(geometry: Any) -> Iterator[Ring]:
    """The rings of a geometry.

    Raises:
        ValueError, TypeError, LookupError: it is no polygon of degrees.
    """
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError("no polygon")
    for polygon in coordinates if kind == "MultiPolygon" else [coordinates]:
        for ring in polygon:
            places = [(float(point[0]), -float(point[1])) for point in ring]
            if not places or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in places):
                raise ValueError("no ring of degrees")
            # To a hundred metres; points that fall together are one.
            points = dict.fromkeys(
                (round(x * _NARROW, 3), round(y, 3)) for x, y in places
            )
            yield list(points)
