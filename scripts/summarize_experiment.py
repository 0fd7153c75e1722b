"""Write what an experiment's replicas amount to, a row a statistic with its interval."""

from initstudy.summaries import summary_table
from initstudy.tables import table_command

if __name__ == "__main__":
    table_command(__doc__, summary_table)
