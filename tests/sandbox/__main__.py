"""`python -m tests.sandbox --api-port 8170 --port 8171`: the sandbox as a process of
its own.
"""

import argparse
import asyncio
import signal
import sys

from .server import SandboxServer, tls_context

FAST = {
    "domain": False,
    "record_bodies": False,
    "calls_per_minute": 0,
    "bulk_per_hour": 0,
}


def arguments(argv=None):
    parser = argparse.ArgumentParser("python -m tests.sandbox", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--api-port", type=int, default=8170, help="the API listener")
    add("--port", type=int, default=8171, help="the page and the control interface")
    add(
        "--endpoint",
        action="append",
        default=[],
        help="an endpointId; with --key, repeatable",
    )
    add(
        "--key",
        action="append",
        default=[],
        help="the secret key of the endpoint before it",
    )
    add("--tls-cert", help="PEM certificate: the API listener speaks TLS")
    add("--tls-key")
    add("--latency", type=float, default=0, metavar="MS", help="added to every call")
    add("--max-calls", type=int, default=200_000, help="calls kept in the log")
    add(
        "--calls-per-minute",
        type=int,
        default=8000,
        help="per operation; 0 is no limit",
    )
    add("--no-bodies", action="store_true", help="keep no bodies in the log")
    add(
        "--fast",
        action="store_true",
        help="check and de-duplicate only, for benchmarks",
    )
    return parser.parse_args(argv)


def options(args):
    if len(args.endpoint) != len(args.key):
        sys.exit("every --endpoint needs its --key")
    settings = {
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
    print(
        f"Sandbox ready: API {server.api_url} page {server.page_url} endpoints {names}",
        flush=True,
    )
    await done.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
