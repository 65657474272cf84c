"""How does a reranker learn a field? From pairs of questions and passages to a pack.

Hides where the wrong answers come from (the search itself, over a library of its own), the
objective, what is kept so that a killed training goes on, and which weights are good enough to
become a pack. Runs on one thread of a process that does nothing else: ``train.train``.
"""
