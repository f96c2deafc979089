"""What is seen: Qt only, handed frozen snapshots, sends out intents."""
