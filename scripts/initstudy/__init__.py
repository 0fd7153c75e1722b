"""The science of the study, free of Snakemake: data, networks, initializers, training, analysis."""
