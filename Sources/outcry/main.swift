print("outcry")
