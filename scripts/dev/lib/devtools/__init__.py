"""What developers' commands and the tests share: the service as a process, Node packages, fake signatures.

The service itself never imports it.
"""

from pathlib import Path

_SCRIPTS = Path(__file__).resolve().parents[3]
# For a process that imports the packages of the scripts; setup.cfg tells pytest and mypy the same.
PYTHONPATH = f"{_SCRIPTS / 'lib'}:{_SCRIPTS / 'dev' / 'lib'}"
