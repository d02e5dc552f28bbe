"""`modelcensus mcp`: tools for agents, over standard input and output."""

from importlib.metadata import version
from importlib.util import find_spec

from modelcensus.cli.options import KnowledgeOption, LedgerOption, ledger_root, open_census


def mcp(*, ledger: LedgerOption = None, knowledge: KnowledgeOption = None) -> None:
    """Serve agents over the Model Context Protocol on standard input and output: measure, explain, check a claim.

    An agent's program starts this command itself; docs/serve.md says how to tell it to.
    """
    from modelcensus.serve.limits import Rates
    from modelcensus.vocabulary import RequestError

    if find_spec("mcp") is None:
        raise RequestError(
            "the library `mcp` is not installed",
            where="mcp",
            remedy="install the extra: pip install 'modelcensus[mcp]'",
        )
    from modelcensus.serve.agents import agent_tools

    ledger_root(ledger)  # says where numbers come from, before the protocol begins
    tools = agent_tools(lambda: open_census(ledger, knowledge, quiet=True), version("modelcensus"), Rates())
    tools.run("stdio")
