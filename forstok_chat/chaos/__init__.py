"""`make chaos`: everything breaks while buyers write and agents answer; then the marketplaces' truth is compared
with ours.

    plan      what is said, what breaks and when, all of it from the seed
    people    buyers and agents (threads)          mischief   what breaks (main thread)
    settling  until nothing is under way any more
    world     the sandbox, spoiled and well        ours       what the database has
    comparison  where the two differ               report     the table and build/chaos.json

A command for developers; nothing of the product imports it, and it asks the product only what a browser could,
but for the last look into the database.
"""
