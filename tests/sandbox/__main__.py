"""`python -m tests.sandbox --api-port 8170 --port 8171`: the sandbox as a process of
its own.
"""

import argparse
import asyncio
import os
import signal
import sys

from .server import SandboxServer, tls_context
from .strictness import DEFAULT, profile_of

PROFILE = "MINDBOX_SANDBOX_PROFILE"
FAST = {
    "strictness": "kind",
    "domain": False,
    "record_bodies": False,
    "calls_per_minute": 0,
    "bulk_per_hour": 0,
}
PROFILES = {
    "strict": "does with a call what Mindbox documents, the default "
    f"(or what the variable {PROFILE} says)",
    "kind": "does at once what it is told",
}


def arguments(argv=None):
    parser = argparse.ArgumentParser("python -m tests.sandbox", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--api-port", type=int, default=8170, help="the API listener")
    add("--port", type=int, default=8171, help="the page and the control interface")
    keys = {"action": "append", "default": []}
    add("--endpoint", help="an endpointId; with --key, repeatable", **keys)
    add("--key", help="the secret key of the endpoint before it", **keys)
    add("--tls-cert", help="PEM certificate: the API listener speaks TLS")
    add("--tls-key")
    add_profile(parser.add_mutually_exclusive_group().add_argument)
    add("--seed", type=int, default=7, help="of delays and chance")
    add("--latency", type=float, default=0, metavar="MS", help="added to every call")
    add("--max-calls", type=int, default=200_000, help="calls kept in the log")
    limit = "per operation; 0 is no limit"
    add("--calls-per-minute", type=int, default=8000, help=limit)
    add("--no-bodies", action="store_true", help="keep no bodies in the log")
    fast = "check and de-duplicate only, for benchmarks"
    add("--fast", action="store_true", help=fast)
    return parser.parse_args(argv)


def add_profile(add):
    for name, words in PROFILES.items():
        add(f"--{name}", action="store_const", const=name, dest="profile", help=words)


def options(args):
    if len(args.endpoint) != len(args.key):
        sys.exit("every --endpoint needs its --key")
    settings = {
        "strictness": args.profile or os.environ.get(PROFILE) or DEFAULT,
        "seed": args.seed,
        "latency_ms": args.latency,
        "calls_per_minute": args.calls_per_minute,
        "record_bodies": not args.no_bodies,
        **(FAST if args.fast else {}),
    }
    endpoints = {}
    for endpoint, key in zip(args.endpoint, args.key, strict=False):
        endpoints.setdefault(endpoint, []).append(key)
    return {
        "host": args.host,
        "api_port": args.api_port,
        "port": args.port,
        "tls": tls_context(args.tls_cert, args.tls_key),
        "endpoints": endpoints or None,
        "max_calls": args.max_calls,
        **settings,
    }


async def serve(args):
    server = SandboxServer(**options(args))
    try:
        await server.start()
    except OSError as error:
        sys.exit(f"The sandbox cannot start: {error.strerror or error}")
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    names = ", ".join(server.project.endpoints)
    settings = server.project.settings
    profile = profile_of(settings["strictness"])
    print(
        f"Sandbox ready: API {server.api_url} page {server.page_url} endpoints {names} "
        f"profile {profile} seed {settings['seed']}",
        flush=True,
    )
    await done.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
