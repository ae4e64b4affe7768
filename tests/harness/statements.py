"""Statements of policies, where IAM's simulator says they are."""

import json


def cut(document, matched):
    """What stands in the document's text between the positions of a MatchedStatement, as JSON."""
    lines = document.splitlines()
    start, end = matched["StartPosition"], matched["EndPosition"]
    part = lines[start["Line"] - 1 : end["Line"]]
    part[-1] = part[-1][: end["Column"] - 1]
    part[0] = part[0][start["Column"] - 1 :]
    return json.loads("\n".join(part).lstrip(", \n"))
