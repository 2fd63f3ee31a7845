import LacunaCommand

LacunaCommand.start()
