from __future__ import annotations

from marketplaces.sandbox.serve import main

main()
