"""What Django does before the processes start. One process for all of it: each would load Django anew."""

from __future__ import annotations

import sys
import traceback

import django
from django.conf import settings
from django.core.management import call_command
from redis import Redis


def main() -> int:
    """0, or 1 with the reason as the last line of the output."""
    try:
        django.setup()
        Redis.from_url(settings.REDIS_URL).ping()
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:  # else files are served from where they are written
            call_command("collectstatic", verbosity=0, interactive=False)
        call_command("load_apps")
        call_command("seed_demo")
    except Exception as error:
        traceback.print_exc()
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
