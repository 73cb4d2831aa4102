"""Lists compiled, handed over between commissions, returned, answered and approved in time."""
