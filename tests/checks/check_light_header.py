"""Checks that a header reaches no third-party header.

usage: check_light_header.py COMPILER INCLUDE_FOLDER HEADER
"""
import re
import subprocess
import sys

compiler, folder, header = sys.argv[1:]
source = f"#include <{header}>\n"
reached = subprocess.run([compiler, "-std=c++20", "-M", "-x", "c++", "-I", folder, "-"],
                         input=source, capture_output=True, text=True, check=True).stdout
found = re.findall(r"\S*/(?:xtensor|xsimd|xtl|xflens|oneapi|dnnl|fmt|nlohmann|Random123)\S*"
                   r"|\S*/(?:zlib|libpng\d*/png|cblas|omp)\.h", reached)
print(f"<{header}> reaches {len(reached.split()) - 2} headers")
for path in sorted(set(found)):
    print("third party:", path)
sys.exit(1 if found else 0)
