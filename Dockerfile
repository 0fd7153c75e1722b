# The pinned software and the sources, for Docker, Podman or Apptainer:
#
#   docker build --tag cnn-initialization .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/study" cnn-initialization \
#       --cores 8 results/figures/all.pdf
#
# With the project's folder in place of the image's copy, results land in it, and studies of one's
# own are seen. Words behind the name are Snakemake's.
FROM python:3.11-slim

# A compiler for the part in C, which training on a CPU is faster with.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

COPY envs/requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --requirement /tmp/requirements.txt

# Whoever it runs as: a name, and places for what libraries keep.
ENV USER=study \
    XDG_CACHE_HOME=/tmp/cache \
    MPLCONFIGDIR=/tmp/matplotlib
RUN useradd --create-home study
WORKDIR /study
COPY --chown=study . .
RUN chown study /study
USER study

ENTRYPOINT ["snakemake"]
CMD ["--cores", "all", "results/figures/all.pdf"]
