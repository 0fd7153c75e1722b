"""The HDF5 files that jobs write and read."""
