"""Write the table of one experiment, a row a replica."""

from initstudy.results import experiment_table
from initstudy.tables import table_command

if __name__ == "__main__":
    table_command(__doc__, experiment_table)
