"""What the integration tests and the trial share: real servers, real clients,
and the programs under test, each as one class."""
