"""``python -m debpatch``."""

from debpatch.cli import main

if __name__ == "__main__":
    main()
