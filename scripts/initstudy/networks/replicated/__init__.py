"""K networks of one architecture as one network: replicas are groups of channels, or come first.

`tracing` reads a network's forward pass, `build` puts an operation for all replicas in the place
of each of its modules and functions, and `network` runs these. Modules and functions without such a
form are called by `slower`. `checked` compares the result with each network by itself.
"""
