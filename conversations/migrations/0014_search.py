from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("conversations", "0013_hand_over")]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["shop", "waiting_since", "id"],
                condition=models.Q(waiting_since__isnull=False),
                name="waiting_in_shop",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="messages_by_words"),
        ),
    ]
