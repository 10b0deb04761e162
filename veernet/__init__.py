"""veernet turns a scanned well log into depth-indexed curves.

The pipeline in six lines::

    from veernet.digitise import digitise
    from veernet.engines import load_engine
    from veernet.registration import load_registrations
    from veernet.scan import open_scan

    (registration,) = load_registrations(Path("well.yaml"))
    result = digitise(open_scan(Path("well.tif")), registration, load_engine())

Each stage is one module, and its public function carries the module's name; nothing is
imported here, so that the command line answers before the engines are loaded.
"""

__version__ = "0.1.0"
