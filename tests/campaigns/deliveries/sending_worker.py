"""A worker of its own process for the crash test: sends until nothing is due, or until killed."""

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from campaigns.deliveries import queries
    from campaigns.deliveries.services.send import send_shard

    while shards := queries.list_due_shards(now=timezone.now()):
        for shard in shards:
            send_shard(shard, now=timezone.now())


if __name__ == "__main__":
    main()
