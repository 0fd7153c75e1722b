"""What every stage needs: errors, files, code, devices, seeds."""
