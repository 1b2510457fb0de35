"""What was bought, for which money, and what was given back? Orders as facts: imported and native ones look alike."""
