"""The documentation site: the pages of docs/ and those made from the policies, the carriers and the repository's files.

`python -m tools.site` fills build/docs, from which MkDocs builds the site (``make site``).
"""
