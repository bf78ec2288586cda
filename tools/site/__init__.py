"""The documentation site: docs/, and pages that are generated from the policies, carriers and files of the repository.

`python -m tools.site` fills build/docs, from which MkDocs builds the site (``make site``).
"""
