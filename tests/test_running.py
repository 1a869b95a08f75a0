"""The fixtures of this folder do what they promise: a server that can be hurt."""


def test_killed_workers_come_back(odoo_server, wait_until):
    server = odoo_server(workers=2)
    wait_until(lambda: len(server.workers()) == 2)
    before = {worker.pid for worker in server.workers()}
    assert server.kill9_workers() == 2
    wait_until(lambda: len(server.workers()) == 2 and not before & pids(server))
    assert server.rpc("res.partner", "search_count", [])


def test_the_job_runner_runs(odoo_server):
    assert odoo_server(workers=2).workers("WorkerJobRunner")


def test_a_killed_server_starts_again(odoo_server):
    server = odoo_server(workers=2)
    created = server.rpc("res.partner", "create", {"name": "Survivor"})
    server.kill9()
    server.start()
    assert server.rpc("res.partner", "search_count", [("id", "=", created)]) == 1


def pids(server):
    return {worker.pid for worker in server.workers()}
