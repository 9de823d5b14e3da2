"""Runs the `run:` steps of an action as the runner does: action.py ACTION REPOSITORY FOLDER.

Expressions are filled in for the few contexts that the action uses; a step that `uses` another action is only checked to be
reached. The action has to find something in the repository, say so in the summary, and fail.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

action, repository, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), Path(sys.argv[3])
definition = yaml.safe_load(action.read_text())


def run(**inputs):
    """The exit code of the last step, and what the files of the runner hold."""
    runner = folder / (inputs.get("name", "run"))
    runner.mkdir(parents=True)
    values = {name: str(about.get("default", "")) for name, about in definition["inputs"].items()}
    values.update(inputs)
    outputs, used, code = {}, [], 0

    def fill(text):
        def value(match):
            expression = match.group(1).strip()
            if found := re.fullmatch(r"inputs\.([\w-]+)", expression):
                return values[found.group(1)]
            if found := re.fullmatch(r"steps\.([\w-]+)\.outputs\.([\w-]+)", expression):
                return outputs.get(found.group(1), {}).get(found.group(2), "")
            raise SystemExit(f"unknown expression: {expression}")

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    for step in definition["runs"]["steps"]:
        if condition := step.get("if"):
            # Only `a == b && c != d` is known here.
            inside = re.fullmatch(r"\$\{\{(.*)\}\}", condition).group(1)
            inside = re.sub(r"((?:inputs|steps)\.[\w.-]+)", lambda found: repr(fill("${{ " + found.group(1) + " }}")), inside)
            if not eval(inside.replace("&&", "and")):
                continue
        if "uses" in step:
            used.append({name: fill(value) for name, value in step.get("with", {}).items()})
            continue
        files = {name: runner / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
        for file in files.values():
            file.touch()
        before = len(files["GITHUB_OUTPUT"].read_text())
        environment = dict(
            os.environ,
            **{name: str(file) for name, file in files.items()},
            **{name: fill(value) for name, value in step.get("env", {}).items()},
            RUNNER_TEMP=str(runner),
            GITHUB_ACTION_PATH=str(action.parent),
        )
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=repository, env=environment, capture_output=True, text=True,
        )
        (runner / "log").open("a").write(done.stdout + done.stderr)
        written = files["GITHUB_OUTPUT"].read_text()[before:].splitlines()
        outputs.setdefault(step.get("id", ""), {}).update(line.split("=", 1) for line in written)
        code = done.returncode
        if code != 0:
            break
    return code, used, runner


def check(truth, message, runner):
    if not truth:
        raise SystemExit(f"{message}\n{(runner / 'log').read_text()}")


code, used, runner = run(name="found", paths="infra")
log, summary = (runner / "log").read_text(), (runner / "github_step_summary").read_text()
check(code == 1, f"the exit code is {code}", runner)
check(re.search(r"^::\w+ file=infra/role\.yaml,line=\d+", log, re.M), "there is no annotation", runner)
check("oidc-tenant-unpinned" in summary, "the summary does not say what was found", runner)
check(len(used) == 1 and json.loads(Path(used[0]["sarif_file"]).read_text())["runs"], "nothing is uploaded", runner)

code, used, runner = run(name="clean", paths="infra/provider.yaml\n", upload="false", arguments="--fail-on\ncritical")
check(code == 0 and not used, f"the exit code is {code}", runner)

code, used, runner = run(name="wrong", arguments="--no-such-option")
check(code == 2 and not used, f"the exit code is {code}", runner)
