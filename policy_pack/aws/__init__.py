"""Facts about AWS, and the only module that calls AWS."""
