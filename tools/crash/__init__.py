"""A killing loop: the real program is hurt at random, and then its books must be right.

settings, hurry  the program's own settings, with every waiting time made smaller
servers          PostgreSQL, Valkey and the sandbox, each a process
processes        what is killed: workers, beat, people; and who starts them again
people           what two people do meanwhile: register, invoice, enter sales
running          one run: hurt, mend, wait, look
auditing         the look: own SQL and the sandbox's books; no code of the program
"""
