# What is said while a study runs: a line a finished step in place of what Snakemake says of it.

from collections import Counter

from snakemake.logging import LogEvent, get_event, logger
from snakemake.settings.enums import Quietness

from initstudy.reporting.steps import NOISE, Clock, step_in_words, step_line


class StepLines:
    """A filter of Snakemake's records, which are made into lines or left out."""

    def __init__(self):
        self.clock = Clock()
        self.finished = []
        self.total = 0
        self.jobs = {}  # By their numbers.
        self.to_do = Counter()  # How many there are of a rule.

    def __call__(self, record):
        event = get_event(record)
        if event == LogEvent.JOB_STARTED:
            for number in record.jobs:
                self.clock.begin(number)
            return False
        if event == LogEvent.JOB_FINISHED:
            job = self._job(record.job_id)
            self.clock.end(record.job_id, job.rule.name)
            self.to_do[job.rule.name] -= 1
            self.finished.append(job)
            return False
        if event == LogEvent.PROGRESS:
            record.msg = self._lines(record.done, record.total)
            # What it is now: a text, which is left out where progress is.
            record.event, record.quietness = None, Quietness.PROGRESS
            return True
        return not str(record.msg).startswith(NOISE)

    def _job(self, number):
        if number not in self.jobs:  # A search adds jobs.
            self.jobs |= {job.jobid: job for job in workflow.dag.needrun_jobs(False)}
        return self.jobs[number]

    def _lines(self, done, total):
        """Of the steps that have ended since the last line."""
        ended, self.finished = self.finished, []
        if total != self.total:
            self.total = total
            # Snakemake notes later that these have ended.
            needed = (job for job in workflow.dag.needrun_jobs() if job not in ended)
            self.to_do = Counter(job.rule.name for job in needed)
        left = self.clock.left(self.to_do)
        return "\n".join(
            step_line(
                done - len(ended) + number,
                total,
                step_in_words(
                    job.rule.name,
                    job.wildcards_dict,
                    [str(file) for file in job.output],
                    [str(file) for file in job.log],
                    STUDY.defaults,
                ),
                left,
            )
            for number, job in enumerate(ended, 1)
        )


def says_it_otherwise():
    """Whether somebody asked for Snakemake's own words, or a workflow of which this is a part."""
    settings = workflow.output_settings
    own_words = settings.verbose or settings.log_handler_settings
    return own_words or not workflow.modifier.is_main_snakefile()


if IS_A_RUN and not says_it_otherwise():
    logger.addFilter(StepLines())
