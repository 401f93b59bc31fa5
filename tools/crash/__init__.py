"""The crash test: faults hit the real program at random, and then every record must be right.

settings, hurry  the program's own settings, with every waiting time made smaller
servers          PostgreSQL, Valkey and the sandbox, each a process
processes        what is killed: workers, beat, people; and who starts them again
people           what two people do meanwhile: register, invoice, enter sales
disturbing       random and aimed faults in the processes
bad_answers      faults in the answers of the sandbox
running          one run: faults, recovery, audit
auditing         the audit: own SQL and the sandbox's records; no code of the program
grid, cells      the fault grid
mistakes         mistakes to plant, which the audit must find
"""
