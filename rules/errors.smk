# Errors, of planning, too, are said even under `--quiet all`, with which Snakemake says nothing.

import logging

from snakemake.logging import LogEvent, get_event, logger
from snakemake.settings.enums import Quietness
from snakemake.settings.types import ExecMode


def is_an_error(record):
    """Whether a record is an error, other than a job's, of which the run's end tells more."""
    of_a_job = getattr(record, "exception", None) == "RuleException"
    in_words = get_event(record) in (None, LogEvent.ERROR)
    return record.levelno >= logging.ERROR and in_words and not of_a_job


says_nothing = Quietness.ALL in (workflow.output_settings.quiet or ())
# Neither a dry run, nor a job.
IS_A_RUN = workflow.exec_mode == ExecMode.DEFAULT and not workflow.dryrun
if says_nothing and IS_A_RUN:
    errors = logging.StreamHandler()
    errors.addFilter(is_an_error)
    logger.addHandler(errors)
