"""Run the command in the arguments, and write what it took to standard error, as JSON."""

import json
import os
import sys
import time

start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
seconds = time.perf_counter() - start
result = {
    "seconds": seconds,
    "processor": used.ru_utime + used.ru_stime,
    "memory": used.ru_maxrss * 1024,
    "status": os.waitstatus_to_exitcode(status),
}
sys.stderr.write("\n" + json.dumps(result) + "\n")
