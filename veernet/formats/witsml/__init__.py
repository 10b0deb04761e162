"""WITSML 2.0 DepthRegImage: an image of a log and its depth registration, as XML.

Elements, their order, enumerations and lengths are those of the public schema of
Energistics, WITSML 2.0, as the bindings generated from it tell them (PyPI witsml20);
2.1 names two of them otherwise and is read too. How the elements are meant is told at
docs.energistics.org, WITSML 2.0, 7.8.3:

- DepthRegImage: the file and its wellbore; LogSection: main, repeat, ... with the unit
  of its index and CalibrationPoints; Track: edges, and each curve as AssociatedCurve.
- A CalibrationPoint is a pixel (X across, Y down, whole numbers from 0) at an index
  (depth) on the left or right edge of a track, or between them.

A line on a level page is one point, at the leftmost track edge; on a turned one it is
two, at the outermost edges. Edges of a track are read from the calibration points that
lie on them, and where there are none, or they agree, from LeftEdge and RightEdge, which
the schema has of the rectified image and which are taken for columns of the page.

What the schema has no element for is written as ExtensionNameValue, the schema's own
means, under names that begin with ``veernet:``. Other programs may ignore it. Here it
counts only where it rounds to what the elements say: who moved a point meant it.
"""

from veernet.formats.witsml.reader import read
from veernet.formats.witsml.writer import write

__all__ = ["read", "write"]
