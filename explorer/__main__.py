"""`python -m explorer` is the command `nn-explorer`."""

from explorer.cli import main

raise SystemExit(main())
