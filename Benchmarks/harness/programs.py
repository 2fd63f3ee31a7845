"""Starting the programs that are measured: a fresh process each, on the same processors, with the same number of threads."""
import json
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failure(Exception):
    """A program ended badly or said nothing; the text has its last words."""


class Programs:
    def __init__(self, *, lacuna, bench, python, work, threads=2):
        self.lacuna, self.bench, self.python, self.work, self.threads = lacuna, bench, python, work, threads
        os.makedirs(work, exist_ok=True)

    def environment(self, threads):
        """One number of threads for every library that a peer may use."""
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS", "POLARS_MAX_THREADS")
        return {**os.environ, **{name: str(threads) for name in names}, "TOKENIZERS_PARALLELISM": "false",
                "TORCHINDUCTOR_CACHE_DIR": os.path.join(self.work, "inductor"), "PYTHONDONTWRITEBYTECODE": "1",
                "JAX_PLATFORMS": "cpu"}

    def start(self, command, threads, **more):
        """JAX has no setting for its threads: it takes one for each processor that it may run on, so all may run on as many."""
        def pin():
            if hasattr(os, "sched_setaffinity"):
                os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        return subprocess.Popen(command, env=self.environment(threads), preexec_fn=pin, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def run(self, command, *, threads=None, watch_memory=False):
        """Runs to the end; the last line of the output as JSON, with `anonymousBytes`, the most that was resident and no
        page of a file, where asked for."""
        process = self.start(command, threads or self.threads)
        watch = AnonymousMemory(process.pid) if watch_memory else None
        output, errors = process.communicate()
        if process.returncode:
            raise Failure(f"{short(command)} ended with {process.returncode}: {errors.strip()[-2000:]}")
        lines = output.strip().splitlines()
        try:
            result = json.loads(lines[-1])
        except (IndexError, ValueError):
            raise Failure(f"{short(command)} said no JSON: {output[-500:]} {errors[-500:]}") from None
        if watch:
            result["anonymousBytes"] = watch.finish()
        return result

    def measure(self, command, *, cwd=None):
        """A whole process: seconds from start to end, peak memory, output. A small program in between starts it, for on
        Linux a child's peak begins at what its parent has."""
        helper = [sys.executable, "-I", "-S", os.path.join(HERE, "harness", "whole_process.py")]
        process = self.start(helper + command, self.threads, cwd=cwd)
        output, errors = process.communicate()
        if process.returncode:
            raise Failure(f"{short(command)} ended with {process.returncode}: {(output + errors).strip()[-2000:]}")
        return json.loads(output.strip().splitlines()[-1])

    def lacuna_bench(self, *arguments, **more):
        return self.run([self.bench, *map(str, arguments)], **more)

    def peer(self, script, *arguments, **more):
        return self.run([self.python, os.path.join(HERE, "peers", script), *map(str, arguments)], **more)

    def data(self, name, kind, **settings):
        """The folder of some data, made where it is not there. Another generator or other settings make it anew."""
        folder, script = os.path.join(self.work, "data", name), os.path.join(HERE, "make_data.py")
        with open(script) as file:
            stamp = json.dumps([kind, settings, file.read()], sort_keys=True)
        done = os.path.join(folder, "made")
        if os.path.exists(done):
            with open(done) as file:
                if file.read() == stamp:
                    return folder
        progress(f"making the data of {name}")
        process = self.start([self.python, script, kind, folder, *(f"{k}={v!r}" for k, v in settings.items())], self.threads)
        _, errors = process.communicate()
        if process.returncode:
            raise Failure(f"the data of {name} cannot be made: {errors[-2000:]}")
        with open(done, "w") as file:
            file.write(stamp)
        return folder

    def problem(self, name, kind, **settings):
        """A training problem, with the first weights and encoded features that peers begin from."""
        folder = self.data(name, kind, **settings)
        self.lacuna_bench("prepare", folder)
        return folder


class AnonymousMemory:
    """Looks at a process every two milliseconds."""

    def __init__(self, pid):
        self.most, self.ended = 0, threading.Event()
        self.path = f"/proc/{pid}/status"
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.ended.is_set():
            try:
                with open(self.path) as file:
                    for line in file:
                        if line.startswith("RssAnon:"):
                            self.most = max(self.most, int(line.split()[1]) * 1024)
            except OSError:
                return
            time.sleep(0.002)

    def finish(self):
        self.ended.set()
        self.thread.join()
        return self.most or None


def short(command):
    return " ".join(os.path.basename(word) for word in command)


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
