"""Request bodies: pydantic models, imported only by the functions that take one."""
